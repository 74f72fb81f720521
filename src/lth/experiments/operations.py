"""How much arithmetic training is: floating-point operations, a multiplication and an addition being two, read off the network's layers.

Products with weights alone are counted: activations, pooling and the optimiser are small beside them. A dense network's count stands for
all of its tickets, since masked weights are multiplied too, but by the sparse engine.
"""

from collections.abc import Sequence

from lth.config import DataConfig
from lth.networks import Network
from lth.training import Plan


def image_operations(network: Network, survivors: Sequence[float] | None = None) -> float:
    """Of one image on its way forward. survivors: how many weights of each layer count, absent = all."""
    return 2 * sum(_products(network, survivors))


def step_operations(network: Network, batch_size: int, survivors: Sequence[float] | None = None) -> float:
    """Of one training step: forward, the gradient of weights, and that of inputs, which the first layer does not need."""
    products = _products(network, survivors)
    return 2 * batch_size * (3 * sum(products) - products[0])


def images_evaluated(data: DataConfig, plan: Plan) -> int:
    """Images that are passed forward to measure one network: along its curves, and at early stop and last iteration on every split."""
    limits = {split: getattr(plan.evaluation, f"{split}_images") for split in data.images}
    images = {split: limits[split] or count for split, count in data.images.items()}
    return sum(len(points) * images[split] for split, points in plan.points.items()) + 2 * sum(images.values())


def network_operations(network: Network, data: DataConfig, plan: Plan) -> int:
    """Of one network from its first step to its last evaluation."""
    steps = plan.training.iterations * step_operations(network, plan.training.batch_size)
    return steps + images_evaluated(data, plan) * image_operations(network)


def _products(network: Network, survivors: Sequence[float] | None) -> list[float]:
    """Multiplications with a layer's weights for one image, by layer."""
    sizes = survivors or [layer.size for layer in network.layers]
    return [size * layer.side**2 for size, layer in zip(sizes, network.layers, strict=True)]
