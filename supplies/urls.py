"""Addresses of the pages about supplies. They come first: no list may be called like one of them."""

from django.urls import path

from supplies import exports
from supplies.views import home, lists, searching

urlpatterns = [
    path("", home.home, name="home"),
    path("lists/", lists.lists, name="lists"),
    path("search/", searching.search, name="search"),
    path("submit/", lists.report, name="report"),
    path("<slug:kind>.csv", exports.csv_view, name="list_csv"),
    path("<slug:kind>.json", exports.json_view, name="list_json"),
]
