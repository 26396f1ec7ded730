"""What every test shares: a fixed language and no colour of the machine it runs on."""

import os

from hypothesis import settings

# No test measures time: a busy machine makes no property false.
settings.register_profile("house", deadline=None)
# Some forty properties: a million cases (reliability T1).
settings.register_profile("night", deadline=None, max_examples=25_000, database=None)
settings.load_profile("house")

os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_DRIVER", None)
os.environ["LC_ALL"] = "C.UTF-8"
