"""The words of the made-up world, dealt into two halves that share nothing.

Every list is cut by position and every number by its remainder: one third belongs to the held-out
half, two thirds to the training half. A held-out passage therefore holds no name, number or other
value that a training passage may hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

Half = Literal["train", "held-out"]

GIVEN = (
    "Ada Anselm Beatrix Bruno Cora Caspar Dilys Dorian Edda Emrys Flora Felix Greta Gideon Hester "
    "Hugo Imogen Ivo Judith Jasper Karin Konrad Leonie Lorenz Mabel Magnus Nadia Nestor Odette "
    "Oskar Petra Phineas Rosalind Rafael Sabine Silas Tamsin Tobias Ursula Ulric Verity Viktor "
    "Wilma Walter Yvonne Yorick Zelda Zacharias"
).split()
FAMILY = (
    "Fenwick Adeyemi Lindqvist Marchetti Thorne Okonjo Pemberly Vasilev Haldane Ferreira Quill "
    "Nakamura Ashdown Brandvold Castellan Drummond Eriksen Falconer Gallimore Hathersage Iversen "
    "Jessop Kowalczyk Lockhart Mortlake Norrington Oakeshott Pellegrin Rademaker Sandoval "
    "Tregarron Underwood Voss Wainwright Yarrow Zeller Birtwhistle Cardew Delacroix Everard "
    "Fairbairn Grimshaw Hollister Inchbald Kestrel Lanyon Maddox Nettleton"
).split()
TOWN_HEADS = (
    "Caldmoor Harrow Thistle Wester Brindle Oaken Penn Marsh Lark Stone Amber Coln Dunn Elder "
    "Fallow Gannet Hazel Iron Kelder Linden Mallow Norr Otter Quarry Raven Selk Tarn Ulver"
).split()
TOWN_TAILS = (
    "by ford wick haven ton mouth stead bridge ham ley worth combe cote stow gate"
).split()
RIVERS = (
    "Arle Tovy Breck Sefton Lune Ismay Wend Corrie Dovel Mersk Penna Ryle Aske Farrow Glaze "
    "Hindle Kenner Ouzel"
).split()
SHIP_HEADS = (
    "Grey Northern Patient Gallant Silver Faithful Early Bold Crimson Merry Lonely Quiet Distant "
    "Proud Swift Winter Golden Humble"
).split()
SHIP_TAILS = (
    "Heron Star Pilgrim Dolphin Lantern Harvest Sparrow Compass Thistle Maiden Curlew Beacon "
    "Falcon Anchor Herald Swallow Orchard Comet"
).split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
WOODS = (
    "larch", "elm", "cherry", "walnut", "ash", "pine", "sycamore", "beech", "maple", "cedar",
    "alder", "chestnut",
)  # fmt: skip
STONES = (
    "granite", "slate", "red brick", "sandstone", "flint", "limestone", "marble", "basalt",
    "yellow brick", "chalk", "gneiss", "dolomite",
)  # fmt: skip
METALS = (
    "copper", "pewter", "brass", "tinplate", "bronze", "zinc", "cast iron", "steel", "nickel",
)  # fmt: skip
COLOURS = (
    "dark green", "cream", "scarlet", "pale blue", "ochre", "black", "white", "maroon", "yellow",
    "slate grey", "violet", "rust brown",
)  # fmt: skip
GOODS = (
    "salt", "tallow", "wool", "tin", "barley", "dried fish", "hemp", "timber", "cheese", "wax",
    "coal", "linen", "honey", "leather", "rope", "glass", "cider", "candles", "nails", "flax",
    "turpentine",
)  # fmt: skip
TRADES = (
    "clockmaker", "schoolteacher", "chemist", "baker", "surveyor", "bookbinder", "miller",
    "lawyer", "gardener", "locksmith", "journalist", "saddler", "nurse", "tailor", "notary",
    "weaver", "printer", "carpenter", "potter", "postmaster", "glazier",
)  # fmt: skip
CAUSES = (
    "a fire in the town", "a dispute over wages", "a shortage of coal", "an outbreak of typhus",
    "a quarrel between the trustees", "an unusually hard frost", "a landslip above the road",
    "a change in the law", "the failure of a local bank", "a flood in spring",
    "a rumour about the plague", "the death of the treasurer", "a strike of the dockers",
    "a swarm of wasps", "a lawsuit with a neighbour", "a bad harvest",
    "a scandal in the council", "the loss of a patron",
)  # fmt: skip
BUILDINGS = (
    "customs house", "town hall", "corn exchange", "guildhall", "assembly rooms", "chapter house",
    "county museum", "old barracks", "grammar school", "fish market", "pump room", "almshouse",
    "court house", "post office", "city archive",
)  # fmt: skip
TOOLS = (
    "sextant", "barometer", "microscope", "theodolite", "telescope", "spirit level", "hygrometer",
    "chronometer", "field glass", "compass needle", "seismograph", "tide gauge", "pocket watch",
    "plumb line", "weighing balance",
)  # fmt: skip
CREATURES = (
    "otters", "herons", "hares", "bees", "owls", "trout", "badgers", "moths", "swans", "eels",
    "bats", "newts", "geese", "beetles", "deer",
)  # fmt: skip
PLANTS = (
    "tulips", "ferns", "apple trees", "orchids", "roses", "mulberries", "poppies", "vines",
    "willows", "heathers", "lilies", "quinces", "irises", "medlars", "camellias", "violets",
    "cherry trees", "asters", "peonies", "lupins", "figs",
)  # fmt: skip
SCENES = (
    "a flooded quarry", "women mending nets", "a market after rain", "an empty ballroom",
    "two boys on a wall", "a train at dusk", "ploughed fields in snow", "a blind fiddler",
    "a burning haystack", "the harbour at low tide", "a child asleep", "miners coming home",
    "an old orchard", "a row of washing", "three card players", "a ferry in fog",
    "a snowbound inn", "the glass works at night",
)  # fmt: skip
HABITS = (
    "sleeping in the open air", "keeping a tame jackdaw", "writing with the left hand",
    "refusing all payment", "walking barefoot in winter", "speaking only in the evening",
    "bathing in the river at dawn", "carrying a parrot cage", "never signing a letter",
    "eating standing up", "working by candlelight", "collecting broken clocks",
    "answering questions with songs", "wearing two hats", "drawing on tablecloths",
)  # fmt: skip
PRIZES = (
    "a silver cup", "a ham and a cask of ale", "a pair of gloves", "a gold watch",
    "a heifer", "a bolt of cloth", "a saddle", "an engraved spoon", "a barrel of herring",
    "a new plough", "a crown of oak leaves", "a purse of coins", "a brass lamp", "a carved chair",
    "a feather bed",
)  # fmt: skip
CONTESTS = (
    "the ploughing match", "the swimming race", "the wrestling", "the sheep-shearing",
    "the choir contest", "the ladder climb", "the tug of war", "the sack race", "the archery",
    "the kite flying", "the hill run", "the cake judging", "the log splitting", "the boat race",
    "the whistling match",
)  # fmt: skip
SUBJECTS = (
    "tides", "comets", "sunspots", "earthquakes", "northern lights", "lightning", "sea fog",
    "double stars", "hailstones", "bird migration", "glaciers", "meteors", "river currents",
    "rainbows", "clouds",
)  # fmt: skip

_LISTS: Mapping[str, Sequence[str]] = {
    "river": RIVERS,
    "wood": WOODS,
    "stone": STONES,
    "metal": METALS,
    "colour": COLOURS,
    "trade": TRADES,
    "cause": CAUSES,
    "building": BUILDINGS,
    "tool": TOOLS,
    "creature": CREATURES,
    "plant": PLANTS,
    "scene": SCENES,
    "habit": HABITS,
    "prize": PRIZES,
    "contest": CONTESTS,
    "subject": SUBJECTS,
}
# Years after the article's base year: an era's events always follow those of the one before.
_ERAS = {"founded": (0, 9), "early": (12, 27), "late": (32, 56), "recent": (62, 88)}
# A quantity and the unit that belongs to it: lowest and highest number, text around it.
_QUANTITIES = {
    "hour": (5, 12, "{}"),
    "few": (3, 19, "{}"),
    "youth": (9, 20, "{}"),
    "adult": (21, 38, "{}"),
    "tens": (21, 98, "{}"),
    "hundreds": (105, 985, "{}"),
    "thousands": (1_050, 9_870, "{}"),
    "paces": (3, 13, "{} metres"),
    "metres": (14, 45, "{} metres"),
    "more_metres": (47, 96, "{} metres"),
    "kilometres": (12, 480, "{} kilometres"),
    "tonnes": (35, 290, "{} tonnes"),
    "more_tonnes": (310, 970, "{} tonnes"),
    "days": (8, 95, "{} days"),
    "months": (4, 15, "{} months"),
    "more_months": (16, 34, "{} months"),
    "crowns": (240, 2_900, "{} crowns"),
    "more_crowns": (3_100, 9_600, "{} crowns"),
}


def dealt(words: Sequence[str], half: Half) -> list[str]:
    """Return the words of a list that belong to a half."""
    return [word for place, word in enumerate(words) if (place % 3 == 0) == (half == "held-out")]


class Words:
    """Draws values of one half for one article.

    Args:
        half: whose words.
        rng: the source of chance.
    """

    def __init__(self, half: Half, rng: random.Random) -> None:
        self._half = half
        self._rng = rng
        self._base_year = rng.randint(1_741, 1_880)
        goods = dealt(GOODS, half)
        self._goods = rng.sample(goods, len(goods))
        self._makers: Mapping[str, Callable[[], str]] = {
            "person": lambda: f"{self._word(GIVEN)} {self._word(FAMILY)}",
            "town": lambda: self._word(TOWN_HEADS) + self._word(TOWN_TAILS),
            "ship": lambda: f"{self._word(SHIP_HEADS)} {self._word(SHIP_TAILS)}",
            "goods": lambda: f"{self._goods.pop()} and {self._goods.pop()}",
            "day": lambda: f"{self._number(1, 28)} {self._word(MONTHS)}",
        }

    def draw(self, kind: str) -> str:
        """Return one value of a kind, such as ``person``, ``metres`` or ``early`` (a year)."""
        if kind in self._makers:
            return self._makers[kind]()
        if kind in _LISTS:
            return self._word(_LISTS[kind])
        if kind in _ERAS:
            first, last = _ERAS[kind]
            return str(self._number(self._base_year + first, self._base_year + last))
        low, high, text = _QUANTITIES[kind]
        return text.format(f"{self._number(low, high):,}")

    def _word(self, words: Sequence[str]) -> str:
        return self._rng.choice(dealt(words, self._half))

    def _number(self, low: int, high: int) -> int:
        number = self._rng.randint(low, high)
        while (number % 3 == 0) != (self._half == "held-out"):
            number = self._rng.randint(low, high)
        return number
