"""The technician's console: devices, discovery, tests, the line to the central service, settings, log and support."""
