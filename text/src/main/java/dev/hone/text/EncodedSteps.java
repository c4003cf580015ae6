package dev.hone.text;

/**
 * A solution in judged steps as tokens.
 *
 * @param row the prompt with the steps, weight 1 on the steps
 * @param promptLength how many tokens the prompt has
 * @param places [steps] the token that ends each step and carries its label
 * @param correct [steps] whether each step is right
 */
public record EncodedSteps(Encoded row, int promptLength, int[] places, boolean[] correct) {
    public EncodedSteps {
        if (places.length == 0 || places.length != correct.length) {
            throw new IllegalArgumentException(places.length + " step ends with " + correct.length + " labels");
        }
    }
}
