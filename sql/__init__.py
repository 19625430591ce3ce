"""The method, as SQL. One file makes one table with one SELECT; its header comment says what a row is.

Read in this order: ``reference/`` (small facts), ``core/`` (what is known of each school), ``definition/`` (who is in need, who is
high-performing, with every threshold), ``match/`` (who is near), ``mart/`` (what people read), ``check/`` (what must hold before
anything is published), ``sheet/`` (what stands in the workbooks: a query and a description per sheet). ``macros.sql`` holds the
expressions that several files share. ``dictionary/`` describes every published column. ``gap/`` asks what missing files do to the
figures.
"""
