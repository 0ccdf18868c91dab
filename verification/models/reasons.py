"""The words of reason codes as coordinators edit them. The codes themselves stand in `verification.sop`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.tracking import tracked


class ReasonWords(models.Model):
    """What a reason is called instead of the words shipped with it; empty leaves those."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    words_zh = models.CharField(_("Chinese words"), max_length=200, blank=True)
    words_en = models.CharField(_("English words"), max_length=200, blank=True)
    how_to_fix_zh = models.TextField(_("how to fix it, in Chinese"), max_length=2000, blank=True)
    how_to_fix_en = models.TextField(_("how to fix it, in English"), max_length=2000, blank=True)
    off = models.BooleanField(_("not for new decisions"), default=False)

    history = tracked()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
