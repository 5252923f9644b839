from django.urls import path

from samsyn.desk.views import (
    documents,
    files,
    first_run,
    observations,
    operations,
    outcomes,
    partners,
    people,
    records,
    town,
    year,
)

app_name = "desk"

TOWN = "kommunen/"
ORGANISATION = TOWN + "organisationer/o/<slug:key>/"
DOCUMENT = "dokument/<slug:document_key>/"
OUTCOMES = DOCUMENT + "<slug:commitment_key>/utfall/"
OUTCOME = OUTCOMES + "<slug:outcome_key>/"
OBSERVATION = "observationer/<str:public_id>/"
FILE = "filer/<uuid:key>/"

urlpatterns = [
    path("", year.start, name="start"),
    path("aret/", year.year, name="year"),
    path("granskningar/<slug:page>/", year.review_done, name="review_done"),
    path("delar/", year.parts, name="parts"),
    path("drift/", operations.overview, name="operations"),
    path("drift/meddelanden/", operations.messages, name="messages"),
    path("drift/meddelanden/forhandsvisning/", operations.preview, name="message_preview"),
    path("drift/meddelanden/<int:pk>/skicka-igen/", operations.send_again, name="message_send_again"),
    path("drift/meddelanden/<int:pk>/ge-upp/", operations.give_up, name="message_give_up"),
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
    path("logg/", records.log, name="log"),
    path("logg/fil.csv", records.log_file, name="log_file"),
    path("gallring/", records.retention_plan, name="retention"),
    path("mina-uppgifter/", records.my_data, name="my_data"),
    path("personer/<int:account>/uppgifter/", records.person_data, name="person_data"),
    path("personer/<int:account>/radera/", records.erase_person, name="erase_person"),
    path(DOCUMENT + "arkiv.zip", records.archive_file, name="archive"),
    path(DOCUMENT + "historik/", documents.history, name="history"),
    path(OUTCOMES + "nytt/", outcomes.new, name="outcome_new"),
    path(OUTCOME, outcomes.edit, name="outcome_edit"),
    path(OUTCOME + "granska/", outcomes.preview, name="outcome_preview"),
    path(OUTCOME + "publicera/", outcomes.publish, name="outcome_publish"),
    path("observationer/", observations.observations, name="observations"),
    path("observationer/ny/", observations.observation_new, name="observation_new"),
    path(OBSERVATION, observations.observation, name="observation"),
    path(OBSERVATION + "ratta/", observations.observation_correct, name="observation_correct"),
    path(OBSERVATION + "aterta/", observations.observation_withdraw, name="observation_withdraw"),
    path("filer/", files.files, name="files"),
    path(FILE, files.file, name="file"),
    path(FILE + "las-in/", files.file_load, name="file_load"),
    path(FILE + "avbryt/", files.file_cancel, name="file_cancel"),
    path(FILE + "rapport.csv", files.file_report, name="file_report"),
    path(FILE + "fil/", files.file_raw, name="file_raw"),
]
