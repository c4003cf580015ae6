package dev.hone.model;

import java.util.List;

/** What an adapter is, in PEFT's terms. */
public sealed interface AdapterSpec permits LoraSpec, VirtualSpec {

    /** Modules that train as a whole, by the end of their names. */
    List<String> modulesToSave();
}
