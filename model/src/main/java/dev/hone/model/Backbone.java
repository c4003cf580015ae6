package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;

/** What turns packed tokens into hidden states, which a head reads: a {@link Decoder} or an {@link Encoder}. */
public sealed interface Backbone extends AutoCloseable permits Decoder, Encoder {

    HubConfig config();

    DType dtype();

    Device device();

    /** V, the rows of the embedding. */
    int vocabulary();

    /** D, the columns of the hidden states. */
    int width();

    /** What a token costs. */
    Load load();

    /** Hidden states after the last norm, [T, D], in {@link #dtype()}; sequences do not see each other. */
    Tensor hidden(Tape tape, Rows rows, HiddenOptions options);

    /**
     * Whether sequences that share their first tokens (branches of {@link dev.hone.text.Packed}) get what they would get
     * written out. Where not, read {@link dev.hone.text.Packed#separate()}.
     *
     * @param training whether dropout applies, of which sequences written out would each draw their own
     */
    boolean sharesPrefixes(boolean training);

    /** Every dense parameter once, in the order of the forward pass. */
    List<Parameter> parameters();

    /**
     * The parameters that each layer computes with, the lowest first, those of the adapter that is on included; those of
     * {@link #parameters} before and after them belong to none.
     */
    List<List<Parameter>> layers();

    /** The frozen matrices that are kept in few bits, in the order of the forward pass; none of a dense model. */
    List<QuantisedWeight> quantised();

    @Override
    void close();
}
