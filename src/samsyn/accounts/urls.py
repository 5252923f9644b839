from django.urls import path

from samsyn.accounts.views import account, mailed_links, second_step, sign_ins, signing_in, single_sign_on

app_name = "accounts"

urlpatterns = [
    path("logga-in/", signing_in.sign_in, name="sign_in"),
    path("logga-in/andra-steget/", signing_in.second_step, name="second_step"),
    path("logga-in/andra-steget/passnyckel/", signing_in.second_step_passkey, name="second_step_passkey"),
    path("logga-in/passnyckel/", signing_in.sign_in_passkey, name="sign_in_passkey"),
    path("logga-in/organisationen/", single_sign_on.start, name="sso_start"),
    path("logga-in/organisationen/svar/", single_sign_on.callback, name="sso_callback"),
    path("logga-ut/", signing_in.sign_out, name="sign_out"),
    path("glomt-losenord/", mailed_links.forgot, name="forgot"),
    path("nytt-losenord/<str:token>/", mailed_links.reset, name="reset"),
    path("inbjudan/<str:token>/", mailed_links.invitation, name="invitation"),
    path("ny-adress/<str:token>/", mailed_links.email_confirm, name="email_confirm"),
    path("", account.home, name="account"),
    path("valkommen/", second_step.welcome, name="welcome"),
    path("namn/", account.details, name="details"),
    path("e-post/", account.email, name="email"),
    path("losenord/", account.password, name="password"),
    path("aviseringar/", account.notifications, name="notifications"),
    path("bekrafta/", signing_in.confirm, name="confirm"),
    path("inloggningar/", sign_ins.listing, name="sign_ins"),
    path("inloggningar/<int:pk>/avsluta/", sign_ins.end, name="end_sign_in"),
    path("inloggningar/avsluta-ovriga/", sign_ins.end_others, name="end_other_sign_ins"),
    path("sakerhet/", second_step.security, name="security"),
    path("sakerhet/behovs/", second_step.needed, name="second_step_needed"),
    path("sakerhet/passnyckel/ny/", second_step.passkey_add, name="passkey_add"),
    path("sakerhet/passnyckel/<int:pk>/", second_step.passkey_rename, name="passkey_rename"),
    path("sakerhet/passnyckel/<int:pk>/ta-bort/", second_step.passkey_remove, name="passkey_remove"),
    path("sakerhet/kodapp/ny/", second_step.totp_add, name="totp_add"),
    path("sakerhet/kodapp/ta-bort/", second_step.totp_remove, name="totp_remove"),
    path("sakerhet/reservkoder/", second_step.recovery_codes, name="recovery_codes"),
]
