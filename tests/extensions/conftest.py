"""The packages have tests of their own, which `tests/docs/test_extending.py` runs as authors do."""

collect_ignore_glob = ["notekeep-*"]
