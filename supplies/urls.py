"""Addresses of the pages about supplies. They come first: no list may be called like one of them."""

from django.urls import path

from supplies import exports, views

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:kind>.csv", exports.csv_view, name="list_csv"),
]
