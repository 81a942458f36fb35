"""The windows: everything the associate, the manager and the technician see."""
