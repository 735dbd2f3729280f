"""Work on files in processes that are killed again and again, and check what is left.

`python -m tests.support.kill_files ROUNDS` prints what was found after each kill as JSON, which
`tests.soak.test_files_killed` checks.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from services.attachments import audit, manage  # noqa: E402
from services.attachments.storage.s3 import is_remote  # noqa: E402
from services.attachments.store import store  # noqa: E402
from services.models import Attachment  # noqa: E402
from tests.support.pictures import picture  # noqa: E402


def upload(dice: random.Random) -> None:
    data = (
        picture(size=(dice.randrange(40, 400), 40)) if dice.random() < 0.5 else dice.randbytes(99)
    )
    store(ContentFile(data), name="a.png")


def replace(dice: random.Random) -> None:
    row = dice.choice(list(Attachment.objects.all()))
    manage.replace(row, ContentFile(dice.randbytes(400_000)))


def delete(dice: random.Random) -> None:
    upload(dice)
    dice.choice(list(Attachment.objects.all())).delete()


def sweep(dice: random.Random) -> None:
    default_storage.save(f"attachments/ab/{dice.randrange(10**9)}", ContentFile(b"x"))
    for found in audit.find_unused(timedelta(0)):
        audit.delete_unused(found)


def move(dice: random.Random) -> None:
    there = audit.local_folder()
    for key in audit.named_keys():
        audit.copy_object(key, default_storage, there)
    for key in audit.named_keys():
        there.delete(key)


def work(number: int, done: int) -> None:
    """For ever, in a process of its own, with connections of its own; report each piece done."""
    # Other bytes than those that are there: the same ones are stored once.
    dice = random.Random(number + 1)
    works = [upload, replace, delete, sweep]
    if is_remote():
        works.append(move)
    chosen = works[number % len(works)]
    while True:
        chosen(dice)
        os.write(done, b".")


def killed(number: int) -> None:
    connections.close_all()
    done, written = os.pipe()
    child = os.fork()
    if not child:
        # What its parent holds of a bucket is not to be shared.
        default_storage._wrapped = type(default_storage)()
        with contextlib.suppress(BaseException):
            work(number, written)
        os._exit(1)
    os.close(written)
    # In the middle of what follows the first piece, wherever that is.
    os.read(done, 1)
    time.sleep(0.01 * (number % 7))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(done)


def look() -> list[str]:
    return [sentence for _, sentence in audit.find_problems()]


def main() -> None:
    call_command("migrate", verbosity=0)
    dice = random.Random(0)
    for _ in range(5):
        upload(dice)
    told = []
    for number in range(int(sys.argv[1])):
        killed(number)
        left = look()
        for found in list(audit.find_unused(timedelta(0))):
            audit.delete_unused(found)
        told.append({"left": left, "after": look(), "rows": Attachment.objects.count()})
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
