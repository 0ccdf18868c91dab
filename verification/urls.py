"""Addresses of the SOP's pages, and of every list's."""

from django.urls import path

from verification.views import (
    about,
    account,
    confirming,
    mine,
    owning,
    public,
    reviewing,
    submitting,
    together,
    uniting,
)

urlpatterns = [
    path("submit/<slug:kind>/", submitting.submit, name="submit"),
    path("submit/<slug:kind>/lines/", submitting.submit_lines, name="submit_lines"),
    path("submit/<slug:kind>/organisations/", submitting.organisations, name="organisations"),
    path("mine/", mine.mine, name="mine"),
    path("mine/<uuid:uid>/", mine.submission, name="submission"),
    path("mine/<uuid:uid>/received/", submitting.submitted, name="submitted"),
    path("mine/<uuid:uid>/edit/", submitting.edit, name="edit"),
    path("mine/withdraw/<uuid:uid>/", mine.withdrawal, name="withdrawal"),
    path("mine/confirm/<uuid:uid>/", confirming.confirm, name="confirm"),
    path("mine/links/<uuid:uid>/", owning.links, name="owner_links"),
    path("owner/<str:token>/", owning.owner, name="owner"),
    path("review/", reviewing.queue, name="inbox"),
    path("review/next/", reviewing.review_next, name="review_next"),
    path("review/next/<uuid:after>/", reviewing.review_next, name="review_next"),
    path("review/takedown/<uuid:uid>/", reviewing.take_down, name="takedown"),
    path("review/look/<int:pk>/", reviewing.second_look, name="second_look"),
    path("review/merge/<uuid:uid>/", uniting.merge, name="merge"),
    path("review/unmerge/<uuid:uid>/", uniting.unmerge, name="unmerge"),
    path("review/<uuid:uid>/", reviewing.review, name="review"),
    path("review/<uuid:uid>/together/", together.together, name="together"),
    path("review/<uuid:uid>/renew/", reviewing.renew, name="renew"),
    path("me/", account.me, name="me"),
    path("me/tokens/", account.tokens, name="tokens"),
    path("demo/mail/", account.demo_mail, name="demo_mail"),
    path("status/", about.status, name="status"),
    path("about/", about.about, name="about"),
    path("<slug:kind>/", public.listing, name="list"),
    path("<slug:kind>/<uuid:uid>/", public.record, name="record"),
    path("<slug:kind>/<uuid:uid>/history/", uniting.past, name="record_history"),
]
