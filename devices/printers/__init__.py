"""Receipt printers: neutral papers to ESC/POS bytes, and the wires that carry them."""
