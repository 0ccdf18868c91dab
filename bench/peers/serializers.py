"""The peer's serializers; they say what Glacier's public body says."""

from typing import Any

from rest_framework import serializers

from bench.peers.models import IndexedNeed, Need, Submission

URGENCIES = {3: "critical", 2: "high", 1: "normal"}


class Clocks(serializers.Serializer[Any]):
    """The times of a need."""

    source_dated = serializers.DateField()
    verified = serializers.DateTimeField(source="verified_at")
    confirmed = serializers.DateTimeField(source="confirmed_at")
    changed = serializers.DateTimeField(source="changed_at")
    published = serializers.DateTimeField(source="published_at")


class Thresholds(serializers.Serializer[Any]):
    """When it falls due."""

    due_at = serializers.DateTimeField()
    overdue_at = serializers.DateTimeField()
    stale_at = serializers.DateTimeField()


class NeedSerializer(serializers.ModelSerializer[Need]):
    """A need as the public sees it."""

    kind = serializers.ReadOnlyField(default="needs")
    title = serializers.CharField(source="hospital_name")
    organisation = serializers.SerializerMethodField()
    urgency = serializers.SerializerMethodField()
    verified = serializers.SerializerMethodField()
    entered = serializers.SerializerMethodField()
    clocks = Clocks(source="*")
    freshness = Thresholds(source="*")

    class Meta:
        model = Need
        fields = (
            "uid",
            "kind",
            "version",
            "state",
            "title",
            "origin",
            "organisation",
            "place",
            "urgency",
            "lines",
            "delivery_address",
            "office_line",
            "source_link",
            "source_dated",
            "remarks",
            "verified",
            "entered",
            "clocks",
            "freshness",
        )

    def get_organisation(self, need: Need) -> dict[str, Any]:
        """Of whom it speaks."""
        house = need.hospital
        return {
            "uid": str(house.uid) if house else None,
            "name": house.name if house else need.hospital_name,
            "proven": bool(house and house.proven),
        }

    def get_urgency(self, need: Need) -> str:
        """In words."""
        return URGENCIES[need.urgency]

    def get_verified(self, need: Need) -> dict[str, Any]:
        """Who verified it, when, on what ground."""
        return {**_stamp(need.verified_by, need.verified_at), "grounds": need.grounds}

    def get_entered(self, need: Need) -> dict[str, Any]:
        """Who entered it, and when."""
        return _stamp(need.entered_by, need.entered_at)


class IndexedNeedSerializer(NeedSerializer):
    """The same of the other table."""

    class Meta(NeedSerializer.Meta):
        model = IndexedNeed


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """A submission as its reviewer sees it."""

    class Meta:
        model = Submission
        fields = ("uid", "status", "payload", "verified_by", "verified_at")


def _stamp(person: Any, at: Any) -> dict[str, Any]:
    return {
        "by": person.pseudonym,
        "role": "reviewer",
        "organisation": person.team,
        "at": at.isoformat().replace("+00:00", "Z"),
    }
