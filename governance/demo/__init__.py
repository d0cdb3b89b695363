"""The demo: an invented manufacturer whose people have acted for a year, through the same actions as everybody.

Data stand in `people`, `structure` and `catalogue`; what happens to a measure in `scripts`; the builders call actions
only, each as the person who would do it, on the day it would be done. One seed, anchored on the last closed month.
"""
