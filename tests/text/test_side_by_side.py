"""Two versions of a text in columns, next to what they were made from."""

from services.text.side_by_side import Who, side_by_side


def test_what_stands_side_by_side():
    base = "".join(f"{n}\n" for n in range(20))
    mine = base.replace("5\n", "five\n", 1).replace("10\n", "my ten\n")
    theirs = base.replace("10\n", "their ten\n").replace("\n19\n", "\n19\n20\n")
    rows = side_by_side(base, mine, theirs)
    shown = [(row.who, row.hidden, len(row.base), len(row.mine), len(row.theirs)) for row in rows]
    assert shown == [
        (Who.UNCHANGED, 3, 0, 0, 0),
        (Who.UNCHANGED, 0, 2, 2, 2),
        (Who.MINE, 0, 1, 1, 1),
        (Who.UNCHANGED, 0, 4, 4, 4),
        (Who.DISPUTED, 0, 1, 1, 1),
        (Who.UNCHANGED, 0, 2, 2, 2),
        (Who.UNCHANGED, 5, 0, 0, 0),
        (Who.UNCHANGED, 0, 2, 2, 2),
        (Who.THEIRS, 0, 0, 0, 1),
    ]
    # Lines that have nothing in common are changed as a whole.
    assert [(line.changed, line.pieces[0].text) for line in rows[4].mine] == [(True, "my ten")]
