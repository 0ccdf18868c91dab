"""Addresses of the pages about supplies."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
