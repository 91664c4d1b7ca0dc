"""tamis as a step of other engines; each module imports its engine and nothing else does.

All of them clean with a ``tamis.Classifier``, the embedded one by default, and give the same text as ``Classifier.clean``. Engines
that run many tasks at once get one thread a task.

- ``datatrove``: a pipeline step, with removed blocks to an exclusion writer
- ``spark``, ``ray``, ``datasets``: functions of a data frame or data set
- ``dolma``: a tagger
"""
