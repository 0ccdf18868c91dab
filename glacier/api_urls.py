"""The API's addresses. Lists come last: no list may be called like one of the others."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from glacier import api_docs
from glacier.rest import unknown_path
from verification.api import batches, drawing, policy, reading, searching, submissions

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api_docs")),
    path("schema/", api_docs.Schema.as_view(), name="api_schema"),
    path("v1/", reading.Index.as_view(), name="api_index"),
    path("v1/search/", searching.Found.as_view(), name="api_search"),
    path("v1/changes/", reading.Changes.as_view(), name="api_changes"),
    path("v1/policy/", policy.InForce.as_view(), name="api_policy"),
    path("v1/submissions/", submissions.Submissions.as_view(), name="api_submissions"),
    path("v1/submissions/next/", drawing.Next.as_view(), name="api_next"),
    path("v1/submissions/batch/<slug:action>/", batches.Batch.as_view(), name="api_batch"),
    path("v1/submissions/<uuid:uid>/", submissions.OneSubmission.as_view(), name="api_submission"),
    path("v1/submissions/<uuid:uid>/<slug:action>/", submissions.Act.as_view(), name="api_act"),
    path("v1/<slug:kind>/", reading.List.as_view(), name="api_list"),
    path("v1/<slug:kind>/<uuid:uid>/", reading.Detail.as_view(), name="api_record"),
    path("v1/<slug:kind>/<uuid:uid>/history/", reading.History.as_view(), name="api_history"),
    re_path(r"^(?P<path>.*)$", unknown_path),
]
