from django.urls import path

from samsyn.accounts import views

app_name = "accounts"

urlpatterns = [
    path("logga-in/", views.sign_in, name="sign_in"),
    path("logga-ut/", views.sign_out, name="sign_out"),
]
