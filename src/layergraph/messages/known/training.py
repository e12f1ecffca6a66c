"""What Keras says when it cannot train a weight."""

from layergraph.messages._registry import known

known(
    "no-gradients-provided",
    page="training",
    types=("ValueError",),
    message="No gradients provided for any variable.",
    explanation="no trainable weight has a way to a loss. Something between, such as `argmax`, "
    "rounding, a cast to whole numbers or `stop_gradient`, lets no gradient through.",
)

known(
    "unknown-variable",
    page="training",
    types=("ValueError",),
    message="Unknown variable: {variable}. This optimizer can only be called for the variables it "
    "was originally built with.{rest}",
    explanation="a weight was made trainable after this optimizer had been built. Compile again "
    "with a new optimizer.",
)
