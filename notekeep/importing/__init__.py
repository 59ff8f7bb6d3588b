"""Files of other programs, read with distrust and planned as notes."""
