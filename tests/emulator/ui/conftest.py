"""Nothing on the screen moves by itself while tests look at it."""

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # before textual is imported: it reads it once
