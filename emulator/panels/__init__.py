"""The panels as values: what they show, what can be done there, what a command line says.

Pure and without a toolkit; `emulator.ui` draws them (spool-ui.md 4.1).
"""
