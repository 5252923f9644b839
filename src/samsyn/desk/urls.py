from django.urls import path

from samsyn.desk.views import documents, outcomes, year

app_name = "desk"

DOCUMENT = "dokument/<slug:document_key>/"
OUTCOMES = DOCUMENT + "<slug:commitment_key>/utfall/"
OUTCOME = OUTCOMES + "<slug:outcome_key>/"

urlpatterns = [
    path("", year.start, name="start"),
    path("aret/", year.year, name="year"),
    path("granskningar/<slug:page>/", year.review_done, name="review_done"),
    path("delar/", year.parts, name="parts"),
    path("dokument/", documents.documents, name="documents"),
    path(DOCUMENT, documents.document, name="document"),
    path(DOCUMENT + "historik/", documents.history, name="history"),
    path(OUTCOMES + "nytt/", outcomes.new, name="outcome_new"),
    path(OUTCOME, outcomes.edit, name="outcome_edit"),
    path(OUTCOME + "granska/", outcomes.preview, name="outcome_preview"),
    path(OUTCOME + "publicera/", outcomes.publish, name="outcome_publish"),
]
