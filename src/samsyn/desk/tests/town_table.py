"""Who reaches which page of the municipality's own, as rows: route, method, address, and the answer to each role."""

IN, NO, GONE, AWAY = 200, 403, 404, 302
K = "/arbete/kommunen/"
P = K + "personer/{user}/"
O = K + "organisationer/o/fastighetsbolaget/"  # noqa: E741 - short for a table

# strategist, police, page editor, steering, signatory, head of unit, analyst, administrator, auditor, none, other,
# stranger
ADMIN_IN = (NO, NO, NO, NO, NO, NO, NO, IN, NO, NO, NO, AWAY)
ADMIN_DOES = (NO, NO, NO, NO, NO, NO, NO, AWAY, NO, NO, NO, AWAY)
EDITOR_IN = (NO, NO, IN, NO, NO, NO, NO, IN, NO, NO, NO, AWAY)
EDITOR_DOES = (NO, NO, AWAY, NO, NO, NO, NO, AWAY, NO, NO, NO, AWAY)
KEEPER_IN = (IN, NO, NO, NO, NO, NO, NO, IN, NO, NO, NO, AWAY)
KEEPER_DOES = (AWAY, NO, NO, NO, NO, NO, NO, AWAY, NO, NO, NO, AWAY)

TOWN_TABLE: list[tuple[str, str, str, tuple[int, ...]]] = [
    ("town", "get", K, (IN, NO, IN, NO, NO, NO, NO, IN, NO, NO, NO, AWAY)),
    ("town_settings", "get", K + "installningar/namn/", ADMIN_IN),
    ("town_settings", "get", K + "installningar/kontaktcenter/", ADMIN_IN),
    ("town_settings", "get", K + "installningar/tjanster/", ADMIN_IN),
    ("town_settings", "get", K + "installningar/utseende/", ADMIN_IN),
    ("town_settings", "post", K + "installningar/namn/", ADMIN_DOES),
    ("town_exception_removed", "post", K + "installningar/kontaktcenter/{exception}/ta-bort/", ADMIN_DOES),
    ("town_logo_removed", "post", K + "installningar/utseende/ta-bort-logotyp/", ADMIN_DOES),
    ("town_guide", "get", K + "vem-gor-vad/", EDITOR_IN),
    ("town_guide_new", "get", K + "vem-gor-vad/ny/", EDITOR_IN),
    ("town_guide_new", "post", K + "vem-gor-vad/ny/", EDITOR_DOES),
    ("town_guide_edit", "get", K + "vem-gor-vad/rad/lampor/", EDITOR_IN),
    ("town_guide_edit", "post", K + "vem-gor-vad/rad/lampor/", EDITOR_DOES),
    ("town_guide_moved", "post", K + "vem-gor-vad/rad/lampor/flytta/", EDITOR_DOES),
    ("town_guide_removed", "post", K + "vem-gor-vad/rad/lampor/ta-bort/", EDITOR_DOES),
    ("town_reviews", "get", K + "granskningar/", ADMIN_IN),
    ("town_reviews", "post", K + "granskningar/", ADMIN_DOES),
    ("organisations", "get", K + "organisationer/", KEEPER_IN),
    ("organisation_new", "get", K + "organisationer/ny/", KEEPER_IN),
    ("organisation_new", "post", K + "organisationer/ny/", KEEPER_DOES),
    ("organisation", "get", O, KEEPER_IN),
    ("organisation", "post", O, KEEPER_DOES),
    ("organisation_activity", "post", O + "samverkan/", KEEPER_DOES),
    ("unit_new", "get", O + "enheter/ny/", KEEPER_IN),
    ("unit_new", "post", O + "enheter/ny/", KEEPER_DOES),
    ("unit", "get", O + "enheter/{unit}/", KEEPER_IN),
    ("unit", "post", O + "enheter/{unit}/", KEEPER_DOES),
    ("people", "get", K + "personer/", KEEPER_IN),
    ("invite", "get", K + "personer/bjud-in/", KEEPER_IN),
    ("invite", "post", K + "personer/bjud-in/", KEEPER_DOES),
    ("person", "get", P, KEEPER_IN),
    ("person", "post", P, KEEPER_DOES),
    ("membership", "get", P + "{membership}/", KEEPER_IN),
    ("membership", "post", P + "{membership}/", KEEPER_DOES),
    ("membership_ended", "post", P + "{membership}/avsluta/", KEEPER_DOES),
    ("access", "get", K + "behorigheter/", ADMIN_IN),
    ("access", "post", K + "behorigheter/", ADMIN_DOES),
    ("first_run", "get", "/arbete/kom-igang/", ADMIN_IN),
    ("first_run_step", "get", "/arbete/kom-igang/namn/", ADMIN_IN),
    ("first_run_step", "post", "/arbete/kom-igang/namn/", ADMIN_DOES),
    # Whoever has the link from the terminal, and nobody by any other: without it the page is not there.
    ("setup_link", "get", "/arbete/kom-igang/lank/nagot-annat/", (GONE,) * 12),
    ("setup_link", "get", "/arbete/kom-igang/lank/{token}/", (IN,) * 12),
]
