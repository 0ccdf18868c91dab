"""The WSGI application gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glacier.settings")

application = get_wsgi_application()

# What the first request would import stands until the end. Looking through all of it for garbage finds none, and
# takes a tenth of a second in the middle of somebody's page.
resolve("/")
gc.collect()
gc.freeze()
