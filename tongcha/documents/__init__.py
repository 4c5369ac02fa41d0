"""Documents that leave the bureau: DOCX letters and XLSX lists, reproducible to the byte."""
