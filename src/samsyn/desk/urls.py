from django.urls import path

from samsyn.desk.views import documents, first_run, outcomes, partners, people, town, year

app_name = "desk"

TOWN = "kommunen/"
ORGANISATION = TOWN + "organisationer/o/<slug:key>/"
DOCUMENT = "dokument/<slug:document_key>/"
OUTCOMES = DOCUMENT + "<slug:commitment_key>/utfall/"
OUTCOME = OUTCOMES + "<slug:outcome_key>/"

urlpatterns = [
    path("", year.start, name="start"),
    path("aret/", year.year, name="year"),
    path("granskningar/<slug:page>/", year.review_done, name="review_done"),
    path("delar/", year.parts, name="parts"),
    path("kom-igang/", first_run.overview, name="first_run"),
    path("kom-igang/lank/<str:token>/", first_run.setup_link, name="setup_link"),
    path("kom-igang/<slug:step>/", first_run.step, name="first_run_step"),
    path(TOWN, town.index, name="town"),
    path(TOWN + "installningar/kontaktcenter/<int:pk>/ta-bort/", town.exception_removed, name="town_exception_removed"),
    path(TOWN + "installningar/utseende/ta-bort-logotyp/", town.logo_removed, name="town_logo_removed"),
    path(TOWN + "installningar/<slug:section>/", town.section, name="town_settings"),
    path(TOWN + "vem-gor-vad/", town.guide, name="town_guide"),
    path(TOWN + "vem-gor-vad/ny/", town.guide_new, name="town_guide_new"),
    path(TOWN + "vem-gor-vad/rad/<slug:key>/", town.guide_edit, name="town_guide_edit"),
    path(TOWN + "vem-gor-vad/rad/<slug:key>/flytta/", town.guide_moved, name="town_guide_moved"),
    path(TOWN + "vem-gor-vad/rad/<slug:key>/ta-bort/", town.guide_removed, name="town_guide_removed"),
    path(TOWN + "granskningar/", town.reviews, name="town_reviews"),
    path(TOWN + "organisationer/", partners.organisations, name="organisations"),
    path(TOWN + "organisationer/ny/", partners.organisation_new, name="organisation_new"),
    path(ORGANISATION, partners.organisation, name="organisation"),
    path(ORGANISATION + "samverkan/", partners.organisation_activity, name="organisation_activity"),
    path(ORGANISATION + "enheter/ny/", partners.unit_new, name="unit_new"),
    path(ORGANISATION + "enheter/<int:pk>/", partners.unit, name="unit"),
    path(TOWN + "personer/", people.index, name="people"),
    path(TOWN + "personer/bjud-in/", people.invite, name="invite"),
    path(TOWN + "personer/<int:pk>/", people.one, name="person"),
    path(TOWN + "personer/<int:pk>/<int:membership_pk>/", people.membership, name="membership"),
    path(TOWN + "personer/<int:pk>/<int:membership_pk>/avsluta/", people.membership_ended, name="membership_ended"),
    path(TOWN + "behorigheter/", people.access, name="access"),
    path("dokument/", documents.documents, name="documents"),
    path(DOCUMENT, documents.document, name="document"),
    path(DOCUMENT + "historik/", documents.history, name="history"),
    path(OUTCOMES + "nytt/", outcomes.new, name="outcome_new"),
    path(OUTCOME, outcomes.edit, name="outcome_edit"),
    path(OUTCOME + "granska/", outcomes.preview, name="outcome_preview"),
    path(OUTCOME + "publicera/", outcomes.publish, name="outcome_publish"),
]
