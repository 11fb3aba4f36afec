"""Function words confirm the language that a page declares, and confirm no other."""

from __future__ import annotations

import pytest

from crawler.extraction.function_words import confirms

TEXTS = {
    "de": "Die Stadt hat am Montag mit der Reparatur der Brücke begonnen, und es ist nicht sicher, dass sie auf Dauer für den Verkehr hält.",
    "en": "The town has begun to repair the bridge on Monday, and it is not certain that it will be open for the ferry at the end of May.",
    "es": "El pueblo empezó el lunes la reparación del puente, y no es seguro que se abra para los coches en el mes de mayo con la feria.",
    "fr": "La ville a commencé lundi les travaux sur le pont, et il n'est pas certain que la route soit ouverte pour les voitures au mois de mai.",
    "it": "Il comune ha iniziato lunedì la riparazione del ponte, e non è sicuro che la strada sia aperta per le auto nel mese di maggio.",
    "nl": "De stad is op maandag met het herstel van de brug begonnen, en het is niet zeker dat die in mei voor het verkeer open gaat.",
    "pl": "Miasto zaczęło w poniedziałek naprawę mostu i nie jest pewne, że do maja będzie on otwarty dla aut, a to już na wiosnę się zacznie.",
    "pt": "A cidade começou na segunda a reparação da ponte, e não é certo que a estrada seja aberta para os carros no mês de maio com a feira.",
    "ru": "Город начал в понедельник ремонт моста, и не ясно, что он будет открыт для машин к маю, но это все же было бы хорошо на праздник.",
    "sv": "Staden har på måndagen börjat att laga bron, och det är inte säkert att den är öppen för trafik i maj, när alla vill till hamnen.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_confirms_its_own_language_only(language: str) -> None:
    text = f"{TEXTS[language]}\n\n" * 4
    assert [other for other in TEXTS if confirms(other, text)] == [language]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "pt",
            "A cidade comezou o luns a reparación da ponte, e non é seguro que a estrada estea aberta para os coches no mes de maio. " * 4,
        ),
        (
            "sv",
            "Byen begynte på mandag å reparere broen, og det er ikke sikkert at den er åpen for trafikk i mai, når alle vil til havna. "
            * 4,
        ),
        ("en", "Harbour 1 Ferry 2 Bridge 3 Engine 4 Council 5 Market 6 Station 7 Report 8 " * 8),
        ("en", TEXTS["en"]),
        ("cy", TEXTS["en"] * 4),
    ],
    ids=["a-sister", "another-sister", "a-list", "too-short", "an-unknown-language"],
)
def test_what_tells_nothing_confirms_nothing(language: str, text: str) -> None:
    assert not confirms(language, text)
