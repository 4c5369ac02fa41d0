# A thin face over run.py, which needs nothing but python3.
.PHONY: setup demo test ui

setup demo test ui:
	@python3 run.py $@
