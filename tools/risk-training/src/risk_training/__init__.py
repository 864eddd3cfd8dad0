"""Trains `simulated-logistic`, the model that shows what a predictive model has to lay open."""
