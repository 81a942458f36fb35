"""Receipt printers: layout, renderings, transports, the printer's worker and its simulator."""
