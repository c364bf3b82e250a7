"""The terminal UI, in Textual: `emulator.panels` on a screen. Imported by `jesmail ui` alone."""
