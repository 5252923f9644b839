"""The residents' addresses."""

from django.urls import path

from samsyn.public import feeds, views

app_name = "public"

urlpatterns = [
    path("", views.start, name="start"),
    path("loften/", views.promises, name="promises"),
    path("loften/rss.xml", feeds.PromiseFeed(), name="promises_rss"),
    path("loften/<slug:key>/", views.document, name="document"),
    path("loften/<slug:key>/sa-gick-det/", views.outcomes, name="outcomes"),
    path("loften/<slug:key>/sa-gick-det.pdf", views.outcomes_pdf, name="outcomes_pdf"),
    path("loften/<slug:document_key>/<slug:key>/", views.commitment, name="commitment"),
    path("dialoger/", views.dialogues, name="dialogues"),
    path("dialoger/<slug:key>/", views.dialogue, name="dialogue"),
    path("laget/", views.situation, name="situation"),
    path("laget/nyheter/", views.news, name="news"),
    path("omraden/", views.areas, name="areas"),
    path("omraden/<str:code>/", views.area, name="area"),
    path("vem-gor-vad/", views.who_does_what, name="who_does_what"),
    path("sok/", views.search, name="search"),
    path("oppna-data/", views.open_data, name="open_data"),
    path("oppna-data/<slug:kind>.<slug:format>", views.open_data_file, name="open_data_file"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("personuppgifter/", views.privacy, name="privacy"),
]
