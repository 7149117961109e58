"""Money as it is read."""

from __future__ import annotations

import pytest

from kokorod.speech.normalize import normalize, spoken

CASES = [
    ("It costs $5.", "It costs five dollars."),
    ("Only $1 left.", "Only one dollar left."),
    ("$1.00 each.", "one dollar each."),
    ("It was $1.01.", "It was one dollar and one cent."),
    ("£3.50 please.", "three pounds and fifty pence please."),
    ("£0.01", "one penny"),
    ("€9.99 only.", "nine euros and ninety nine cents only."),
    ("¥5000", "five thousand yen"),
    ("₹2.5 lakh", "two point five lakh rupees"),
    ("$10k prize", "ten thousand dollar prize"),
    ("$5-10", "five to ten dollars"),
    ("$5–$10 each", "five to ten dollars each"),
    ("$1.5M–$2M in funding", "one point five million to two million dollars in funding"),
    ("$1.2 billion deal", "one point two billion dollar deal"),
    ("a $5 bill", "a five dollar bill"),
    ("a $20,000 car", "a twenty thousand dollar car"),
    ("the $3 billion plan", "the three billion dollar plan"),
    ("A $1.5 million home.", "A one point five million dollar home."),
    ("-$50", "minus fifty dollars"),
    ("$-50", "minus fifty dollars"),
    ("$100+", "one hundred dollars plus"),
    ("$5/month", "five dollars per month"),
    ("$2.99/lb", "two dollars and ninety nine cents per pound"),
    ("5€", "five euros"),
    ("12,50 €", "twelve euros and fifty cents"),
    ("100 USD", "one hundred U S dollars"),
    ("USD 100", "one hundred U S dollars"),
    ("EUR 5.50", "five euros and fifty cents"),
    ("GBP 20", "twenty British pounds"),
    ("99¢", "ninety nine cents"),
    ("US$5", "five U S dollars"),
    ("A$20", "twenty Australian dollars"),
    ("C$3.50", "three Canadian dollars and fifty cents"),
    ("R$10", "ten reais"),
    ("Rs. 500", "five hundred rupees"),
    ("$1,234.56", "one thousand two hundred thirty four dollars and fifty six cents"),
    ("$.99", "ninety nine cents"),
    ("$1,000,000.00", "one million dollars"),
    ("It rose $3 to $8.", "It rose three dollars to eight dollars."),
    ("$5m-$10m", "five million to ten million dollars"),
    ("She earned $75K last year.", "She earned seventy five thousand dollars last year."),
    (
        "Revenue was $1.2M-$1.5M.",
        "Revenue was one point two million to one point five million dollars.",
    ),
    ("The £5m–£10m range.", "The five million to ten million pound range."),
    ("The budget is ~$2bn.", "The budget is about two billion dollars."),
    ("A 10% discount on orders over $50.", "A ten percent discount on orders over fifty dollars."),
    ("$1T", "one trillion dollars"),
    (
        "Apple's iPhone 15 Pro Max costs $1,199.",
        "Apple's iPhone fifteen Pro Max costs one thousand one hundred ninety nine dollars.",
    ),
    (
        "The CEO of IBM earns $20.5 million/year.",
        "The C E O of I B M earns twenty point five million dollars per year.",
    ),
    ("$5 vs. €4.50", "five dollars versus four euros and fifty cents"),
    ("$50k-$100k", "fifty thousand to one hundred thousand dollars"),
]


@pytest.mark.parametrize(("written", "said"), CASES)
def test_money(written: str, said: str) -> None:
    assert spoken(normalize(written)) == said
