"""Known vulnerabilities of the versions that the locks pin: ``make audit``, and the last step of ``make check``.

The database is OSV's export for PyPI (the advisories of PyPA and GitHub, and reports of malicious releases): one zip file with a
JSON record each. It can be carried to a machine without a network, which pip-audit's and uv's services cannot; and pip-audit calls
a package that its service does not know a skipped one and ends as if it had looked. So ``advisories`` reads the file, and
``__main__`` says one of three things: what is vulnerable, that nothing is known to be, or that nobody looked.
"""
