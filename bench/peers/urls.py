"""The peer's addresses."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.peers import views

router = SimpleRouter()
router.register("needs", views.NeedViewSet, basename="need")
router.register("indexed-needs", views.IndexedNeedViewSet, basename="indexed-need")
router.register("changed", views.ChangedViewSet, basename="changed")
router.register("submissions", views.SubmissionViewSet)

urlpatterns = [path("", include(router.urls)), path("page/", views.page), path("hello/", views.hello)]
