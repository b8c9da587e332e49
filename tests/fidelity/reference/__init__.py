"""The real SQLAlchemy, asked about the cases of the tests; what asks it is the package that measures it (`fetchscope_lane`)."""
