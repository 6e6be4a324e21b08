// One engine at a time: cmdlets share the process's current torch threads and the model store's variable.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
