"""What every test shares: a fixed language and no colour of the machine it runs on."""

import os

os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_DRIVER", None)
os.environ["LC_ALL"] = "C.UTF-8"
