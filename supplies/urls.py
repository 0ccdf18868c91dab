"""Addresses of the pages about supplies. They come first: no list may be called like one of them."""

from django.urls import path

from supplies import exports
from supplies.views import home, imports, lists, searching

urlpatterns = [
    path("", home.home, name="home"),
    path("lists/", lists.lists, name="lists"),
    path("search/", searching.search, name="search"),
    path("submit/", lists.report, name="report"),
    path("submit/<slug:kind>/sheet/", imports.send_file, name="import_file"),
    path("mine/imports/", imports.mine, name="imports"),
    path("mine/imports/<uuid:uid>/", imports.show, name="import"),
    path("mine/imports/<uuid:uid>/progress/", imports.progress, name="import_progress"),
    path("mine/imports/<uuid:uid>/refused.csv", imports.refused_csv, name="import_refused"),
    path("mine/imports/<uuid:uid>/rows/<int:number>/", imports.answer, name="import_answer"),
    path("<slug:kind>.csv", exports.csv_view, name="list_csv"),
    path("<slug:kind>.json", exports.json_view, name="list_json"),
]
