"""The command ``schoolmatch`` from its first moment: what ends it is told in a sentence, also while it is only being loaded."""

from __future__ import annotations

import errno
import sys

from orchestration import stopping  # and nothing else that takes time: Ctrl+C may be pressed in it


def main() -> None:
    """Run a command, and end as shells expect it."""
    stopping.listen()
    try:
        from orchestration.cli.main import app  # takes half a second, in which Ctrl+C may be pressed already

        app()
    except BaseException as error:
        if number := stopping.received():
            if isinstance(error, KeyboardInterrupt):  # no command had begun that could have told it
                print(f"Stopped {stopping.WORDS[number]}.", file=sys.stderr)
            raise SystemExit(1) from None  # it dies by the signal once everything is put away
        if isinstance(error, OSError) and error.errno == errno.EMFILE:
            stopping.give_back()
        from orchestration.cli.failing import sentence_of

        words = None if isinstance(error, SystemExit) else sentence_of(error)
        if words is None:
            raise
        print(f"Stopped. {words}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
