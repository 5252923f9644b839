"""All addresses. Residents' are Swedish and come in each language; staff's stand under /arbete/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from samsyn.api.views import api
from samsyn.core import photo_views
from samsyn.core import views as core

urlpatterns = [
    path("healthz", core.healthz, name="healthz"),
    path("api/", api.urls),
    path("bilder/<str:name>/", photo_views.photo, name="photo"),
    path("utseende/", include("samsyn.organisations.urls")),
    *i18n_patterns(
        path("konto/", include("samsyn.accounts.urls")),
        path("arbete/", include("samsyn.desk.urls")),
        path("", include("samsyn.public.urls")),
        prefix_default_language=False,
    ),
]

handler400 = core.bad_request
handler403 = core.permission_denied
handler404 = core.page_not_found
handler500 = core.server_error
