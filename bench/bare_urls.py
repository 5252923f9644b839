"""The two addresses of the bare site."""

from django.urls import path

from bench import bare

urlpatterns = [path("page/", bare.page), path("smallest/", bare.smallest)]
