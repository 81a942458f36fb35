"""Offers and terms: the versions, and the way to a new one: change, see what it does, publish."""

from starlette.responses import Response

from sync import contract
from sync.central.backoffice import terms_form
from sync.central.backoffice.terms_form import ENROLMENT, OFFER, OFFLINE, RATES, SCOPES, TermsForm
from sync.central.backoffice.terms_preview import preview
from sync.central.backoffice.web import Ask, go_to
from sync.central.errors import CentralError
from sync.central.ledger import derived_id

TERMS = "/office/terms"


def versions(ask: Ask) -> Response:
    """All versions, the newest first."""
    known = ask.service.terms().terms
    return ask.page("terms.html", versions=list(reversed(known)), in_force=ask.terms_in_force())


def version(ask: Ask) -> Response:
    """One version, to be read."""
    known = ask.service.terms().terms
    terms_id, number = ask.path["terms_id"], ask.path["number"]
    for one in known:
        if (one.terms_id, str(one.version)) == (terms_id, number):
            granted = {offer.offer_id: ask.service.enrolments_granted(offer.offer_id) for offer in one.enrolment_offers}
            in_force = one == ask.terms_in_force()
            return ask.page("terms_version.html", one=one, in_force=in_force, granted=granted)
    raise CentralError(404, "unknown_terms", "There is no such version.")


def new_page(ask: Ask) -> Response:
    """The form, filled with the newest version."""
    newest = _newest(ask)
    return _form_page(ask, terms_form.shown(newest), newest)


def new(ask: Ask) -> Response:
    """What the form's buttons do. Only what was previewed, unchanged since, is published."""
    known = ask.service.terms().terms
    newest = _newest(ask)
    made = terms_form.read(ask.form, newest, known, ask.now)
    act = ask.form.text("do")
    if act == "add-offer":
        made.offers += 1
    elif act == "add-enrolment":
        made.enrolment_offers += 1
    elif act in ("preview", "publish") and made.document is not None:
        if act == "publish" and ask.form.text("seen") == _mark(made.document):
            return _publish(ask, made.document)
        return _form_page(ask, made, newest, previewed=made.document)
    else:
        return _form_page(ask, made, newest, status=422 if act in ("preview", "publish") else 200)
    made.errors.clear()
    return _form_page(ask, made, newest)


def _newest(ask: Ask) -> contract.Terms:
    """The version that comes into force last: the next one is made of it."""
    return ask.service.terms().terms[-1]


def _mark(document: contract.Terms) -> str:
    return derived_id("previewed", contract.encode(document).decode())


def _publish(ask: Ask, document: contract.Terms) -> Response:
    ask.log("terms_published", f"{document.terms_id}:{document.version}")
    ask.service.load_terms(document)
    return go_to(TERMS, "terms-published")


def _form_page(
    ask: Ask,
    made: TermsForm,
    newest: contract.Terms,
    *,
    previewed: contract.Terms | None = None,
    status: int = 200,
) -> Response:
    return ask.page(
        "terms_form.html",
        status,
        form=made,
        newest=newest,
        document=previewed,
        preview=preview(newest, previewed) if previewed is not None else None,
        mark=_mark(previewed) if previewed is not None else "",
        rates=RATES,
        offline=OFFLINE,
        offer_numbers=OFFER,
        enrolment_numbers=ENROLMENT,
        scopes=SCOPES,
    )
