"""Attachments in an export: where they are written, what is left alone, and the way back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from services.attachments.manage import delete, move_to_trash, rename, replace
from services.attachments.store import markdown_of, store
from services.models import Attachment, Document, Page, Topic
from services.pages.revise import revise
from services.pages.trash import destroy
from services.sync.export import export_to
from services.sync.manifest import LIST
from tests.support.pages import make_topic
from tests.support.pictures import PDF, located, picture
from tests.support.storages import S3Server
from tests.sync.test_import_attachments import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def bring(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("import_markdown", str(folder))
    said = capsys.readouterr()
    return said.out + said.err


def files_in(folder: Path) -> dict[str, bytes]:
    """All but the list, which is not of the notes."""
    files = (file for file in folder.rglob("*") if file.is_file() and file != folder / LIST)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def kept(data: bytes, name: str, page: Page | None = None) -> Attachment:
    return store(io.BytesIO(data), name=name, page=page)


def embed(row: Attachment) -> str:
    return f"![x]({row.get_absolute_url()})"


def address_of(row: Attachment, note: str = "Topics/Plan.md") -> str:
    return f"{'../' * note.count('/')}attachments/{row.pk}/{row.name}"


VAULT: dict[str, str | bytes] = {
    "AWS.md": "![](img/a.png) ![[song.mp3]] [w](files/b%20c.pdf#page=2)\n",
    "deep/er/Notes.md": "[up](../../files/b%20c.pdf)\n\n[r][r]\n\n[r]: ./own.zip\n",
    "img/a.png": picture(),
    "sound/song.mp3": b"ID3 song",
    "files/b c.pdf": PDF,
    "deep/er/own.zip": b"PK\3\4 own",
}


def test_files_are_written_where_the_notes_lead_to(storage, vault, out, capsys):
    put(vault, VAULT)
    bring(vault, capsys)
    done = export_to(out)
    assert done.refused == []
    expected = files_in(vault)
    # Asked for by its name alone: beside the note is where every reader looks first.
    expected["song.mp3"] = expected.pop("sound/song.mp3")
    assert files_in(out) == expected
    assert len(done.written) == 6


def test_an_export_into_the_vault_itself_writes_nothing(storage, vault, capsys):
    put(vault, VAULT | {"AWS.md": "![](p.jpg) ![[song.mp3]]\n", "p.jpg": located()})
    bring(vault, capsys)
    before = files_in(vault)
    done = export_to(vault)
    assert (done.written, done.refused) == ([], [])
    assert files_in(vault) == before


def test_an_export_is_imported_again_without_change(storage, vault, out, capsys):
    put(vault, VAULT | {"img/a.png": located()})
    bring(vault, capsys)
    page = Page.objects.get(title="AWS")
    row = kept(PDF + b"%2", "Über (1).pdf", page)
    free = make_topic(title="Plan")
    for each in (page, free):
        text = f"{each.notes}\n{markdown_of(row)} and <{row.get_absolute_url()}>\n"
        revise(each, text, version=each.version)
    export_to(out)
    state = list(Page.objects.values("pk", "notes", "version"))
    rows = list(Attachment.objects.values("pk", "file", "sha256", "page", "reference"))
    assert "3 unchanged" in (said := bring(out, capsys))
    assert "taken along" not in said
    assert "note" not in said
    assert list(Page.objects.values("pk", "notes", "version")) == state
    assert list(Attachment.objects.values("pk", "file", "sha256", "page", "reference")) == rows
    done = export_to(out)
    assert (done.written, done.refused) == ([], [])


def test_what_an_export_adds_does_not_make_names_unclear(vault, capsys):
    put(vault, {"AWS.md": "![[logo.png]]\n", "img/logo.png": picture()})
    bring(vault, capsys)
    row = kept(picture(size=(9, 9)), "logo.png")
    make_topic(title="Plan", notes=embed(row))
    assert export_to(vault).refused == []
    assert "note" not in bring(vault, capsys)
    assert export_to(vault).written == []


def test_an_address_becomes_a_path_below_the_folder(storage, out):
    row = kept(picture(), "a.png")
    twice = f"{embed(row)} `{embed(row)}` [w]({row.get_absolute_url()}#x)\n"
    make_topic(title="Plan", notes=twice)
    export_to(out)
    path = f"attachments/{row.pk}/a.png"
    assert (out / path).read_bytes() == picture()
    assert (out / "Topics" / "Plan.md").read_text() == (
        f"![x](../{path}) `{embed(row)}` [w](../{path}#x)\n"
    )


def test_so_does_an_address_in_raw_html(storage, out, capsys):
    row = kept(picture(), "a b.png")
    text = f'<p>\n<img src="/attachments/{row.pk}/a b.png" width=30>\n</p>\n'
    topic = make_topic(title="Plan", notes=text)
    export_to(out)
    path = f"attachments/{row.pk}/a b.png"
    assert (out / path).read_bytes() == picture()
    file = out / "Topics" / "Plan.md"
    assert file.read_text() == f'<p>\n<img src="../{path}" width=30>\n</p>\n'
    assert "1 unchanged" in bring(out, capsys)
    file.write_text(f"{file.read_text()}\nEnd.\n")
    assert "1 updated" in bring(out, capsys)
    topic.refresh_from_db()
    assert topic.notes == f"{text}\nEnd.\n"


def test_what_is_changed_there_comes_back_with_addresses(out, capsys):
    row = kept(picture(), "a.png")
    topic = make_topic(title="Plan", notes=f"{embed(row)}\n\nEnd.\n")
    export_to(out)
    file = out / "Topics" / "Plan.md"
    file.write_text(file.read_text().replace("End.", "The end."))
    assert "1 updated" in bring(out, capsys)
    topic.refresh_from_db()
    assert topic.notes == f"{embed(row)}\n\nThe end.\n"
    assert Attachment.objects.count() == 1


def test_what_both_sides_changed_is_merged_over_the_paths(out, capsys):
    row = kept(picture(), "a.png")
    topic = make_topic(title="Plan", notes=f"One.\n\n{embed(row)}\n\nEnd.\n")
    export_to(out)
    revise(topic, f"First.\n\n{embed(row)}\n\nEnd.\n", version=topic.version)
    file = out / "Topics" / "Plan.md"
    file.write_text(file.read_text().replace("End.", "The end."))
    assert "1 merged" in bring(out, capsys)
    topic.refresh_from_db()
    assert topic.notes == f"First.\n\n{embed(row)}\n\nThe end.\n"


def test_another_sites_export_brings_its_files_by_reference(storage, out, capsys):
    row = kept(picture(), "a.png")
    make_topic(title="Plan", notes=f"{embed(row)}\n")
    export_to(out)
    gone = row.pk
    for page in Page.objects.all():
        destroy(page)
    Attachment.objects.all().delete()
    Document.objects.all().delete()
    assert "1 created; 1 attachment imported" in bring(out, capsys)
    path = f"../attachments/{gone}/a.png"
    assert Page.objects.get().notes == f"![x]({path})\n"
    assert Attachment.objects.get().reference == path
    before = files_in(out)
    done = export_to(out)
    assert (done.written, done.refused) == ([], [])
    assert files_in(out) == before


def test_an_untouched_document_keeps_an_address_that_it_came_with(vault, out, capsys):
    row = kept(picture(), "a.png")
    put(vault, {"AWS.md": f"{embed(row)}\n"})
    bring(vault, capsys)
    export_to(out)
    assert (out / "AWS.md").read_text() == f"{embed(row)}\n"
    page = Page.objects.get()
    revise(page, f"{embed(row)} now\n", version=page.version)
    export_to(out)
    assert (out / "AWS.md").read_text() == f"![x](attachments/{row.pk}/a.png) now\n"


def test_an_address_of_nothing_here_stays(out):
    row = kept(picture(), "a.png")
    text = embed(row)
    delete(row)
    make_topic(title="Plan", notes=text)
    done = export_to(out)
    assert done.refused == []
    assert (out / "Topics" / "Plan.md").read_text() == text


def test_a_file_that_has_another_name_now_is_written_as_the_notes_say(out):
    row = kept(picture(), "a.png")
    make_topic(title="Plan", notes=embed(row))
    rename(row, "b.png")
    export_to(out)
    assert (out / "attachments" / str(row.pk) / "a.png").exists()


@pytest.mark.parametrize("name", ["%2e%2e%2Fevil.png", "a%2Fb.png", "%00.png", "%2e%2e", "x" * 300])
def test_a_name_that_no_file_can_have_is_told(out, name):
    row = kept(picture(), "a.png")
    make_topic(title="Plan", notes=f"![x](/attachments/{row.pk}/{name})")
    make_topic(title="Other", notes=embed(row))
    done = export_to(out)
    assert len(done.refused) == 1
    assert f"attachments/{row.pk}/" in done.refused[0][0]
    there = set(files_in(out))
    assert there == {"Topics/Plan.md", "Topics/Other.md", f"attachments/{row.pk}/a.png"}
    assert not (out.parent / "evil.png").exists()


@pytest.mark.parametrize(
    "reference",
    [
        "../../evil.png",
        "a/../../../evil.png",
        "..\\..\\evil.png",
        "../.git/evil.png",
        ".evil.png",
        "evil.md",
    ],
)
def test_a_reference_that_leads_out_or_into_hiding_is_told(out, reference):
    topic = make_topic(title="Plan", notes=f"![x](<{reference}>)\n")
    row = store(io.BytesIO(picture()), name="a.png", page=topic, reference=reference)
    topic.links.update(attachment=row, to=None)
    done = export_to(out)
    assert [path for path, _ in done.refused] == [f"Topics/Plan.md: {topic.links.get().target}"]
    assert not list(out.parent.rglob("*evil*"))


def test_a_link_in_the_folder_is_not_followed_out_of_it(vault, out, capsys, tmp_path):
    put(vault, {"AWS.md": "![](img/a.png)\n", "img/a.png": picture()})
    bring(vault, capsys)
    (tmp_path / "elsewhere").mkdir()
    out.mkdir()
    (out / "img").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    done = export_to(out, force=True)
    assert done.refused == [("img/a.png", "its path leads out of the folder")]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_that_is_not_ours_is_not_written_over(storage, out):
    row = kept(picture(), "a.png")
    make_topic(title="Plan", notes=embed(row))
    there = out / "attachments" / str(row.pk) / "a.png"
    put(out, {f"attachments/{row.pk}/a.png": b"somebody's"})
    done = export_to(out)
    assert done.refused == [
        (f"attachments/{row.pk}/a.png", "another file is there; move it away, or --force")
    ]
    assert there.read_bytes() == b"somebody's"
    assert done.written == ["Topics/Plan.md"]
    export_to(out, force=True)
    assert there.read_bytes() == picture()


def test_what_an_export_wrote_is_written_over_by_the_next(storage, vault, out, capsys):
    put(vault, {"AWS.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    for number in range(3):
        replace(Attachment.objects.get(), io.BytesIO(PDF + b"%%%d" % number))
        assert export_to(out).refused == []
        assert (out / "a.pdf").read_bytes() == PDF + b"%%%d" % number
    # As it was last imported, so nobody else's.
    assert export_to(vault).written == ["a.pdf"]


def test_a_copy_elsewhere_does_not_make_the_vaults_old_file_a_new_one(vault, out, capsys):
    put(vault, {"AWS.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    replace(Attachment.objects.get(), io.BytesIO(PDF + b"%mine"))
    export_to(out)
    assert "note" not in bring(vault, capsys)
    row = Attachment.objects.get()
    with default_storage.open(str(row.file.name)) as file:
        assert file.read() == PDF + b"%mine"


def test_two_pages_of_a_file_with_different_files_in_one_place(vault, out, capsys):
    notes = "## S3\n\n![](a.png)\n\n## EC2\n\n![](a.png)\n"
    put(vault, {"AWS.md": notes, "a.png": picture()})
    bring(vault, capsys)
    _, second = Attachment.objects.order_by("page__position")
    export_to(out)
    assert (out / "a.png").read_bytes() == picture()
    replace(second, io.BytesIO(picture(size=(9, 9))))
    done = export_to(out)
    assert done.refused == [("a.png", "another page has another file in this place")]


def test_what_is_missing_from_the_storage_is_told_and_the_rest_written(storage, out):
    lost, there = kept(picture(), "lost.png"), kept(PDF, "there.pdf")
    make_topic(title="Plan", notes=f"{embed(lost)} {embed(there)}")
    default_storage.delete(str(lost.file.name))
    done = export_to(out)
    assert done.refused == [(f"attachments/{lost.pk}/lost.png", "it is missing from the storage")]
    assert done.written == ["Topics/Plan.md", f"attachments/{there.pk}/there.pdf"]
    assert set(files_in(out)) == set(done.written)


def test_a_storage_that_is_down_costs_the_files_alone(s3: S3Server, out, capsys):
    rows = [kept(picture(size=(8, 8 + n)), f"{n}.png") for n in range(3)]
    make_topic(title="Plan", notes=" ".join(embed(row) for row in rows))
    s3.stop()
    with pytest.raises(SystemExit):
        call_command("export_markdown", str(out))
    said = capsys.readouterr()
    assert "Wrote 1 to" in said.out
    assert "3 left alone" in said.out
    assert said.err.count("the storage for files does not answer as it should") == 3
    assert set(files_in(out)) == {"Topics/Plan.md"}


def test_files_that_no_notes_show_are_taken_along(storage, vault, out, capsys, editor):
    put(vault, {"AWS.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    page = Page.objects.get()
    revise(page, "Nothing.\n", version=page.version)
    free = make_topic(title="Plan")
    other = kept(picture(), f"{'ä' * 140}.png", free)
    move_to_trash(kept(PDF + b"%", "trash.pdf", free), by=editor)
    make_topic(title="Gone", trashed_at=timezone.now())
    kept(PDF + b"%%", "gone.pdf", Topic.everything.get(title="Gone"))
    assert export_to(out).refused == []
    files = files_in(out)
    # Where it came from.
    assert files.pop("a.pdf") == PDF
    assert files.pop(f"attachments/{other.pk}/{'ä' * 98}.png") == picture()
    assert set(files) == {"AWS.md", "Topics/Plan.md"}
    # Nothing comes of it here, and a second time nothing is written.
    rows = list(Attachment.objects.values())
    assert "taken along" not in bring(out, capsys)
    assert list(Attachment.objects.values()) == rows
    assert export_to(out).written == []


def test_a_file_that_another_page_shows_is_written_once(out):
    row = kept(picture(), "a.png", make_topic(title="Album"))
    make_topic(title="Plan", notes=embed(row))
    export_to(out)
    assert {path for path in files_in(out) if path.endswith(".png")} == {
        f"attachments/{row.pk}/a.png"
    }


def test_a_file_whose_place_is_no_place_is_written_all_the_same(out):
    topic = make_topic(title="Plan", notes="![x](<../../evil.png>)\n")
    row = store(io.BytesIO(picture()), name="a.png", page=topic, reference="../../evil.png")
    topic.links.update(attachment=row, to=None)
    done = export_to(out)
    assert len(done.refused) == 1
    assert done.written == ["Topics/Plan.md", f"attachments/{row.pk}/a.png"]


def test_what_is_in_the_trash_stays_out(vault, out, capsys, editor):
    put(vault, {"One.md": "[w](a.pdf)\n", "Two.md": "[w](b.pdf)\n"})
    put(vault, {"a.pdf": PDF, "b.pdf": PDF + b"%"})
    bring(vault, capsys)
    move_to_trash(Attachment.objects.get(name="a.pdf"), by=editor)
    Page.objects.filter(title="Two").update(trashed_at=timezone.now())
    assert export_to(out).refused == []
    assert set(files_in(out)) == {"One.md"}
