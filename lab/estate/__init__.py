"""What an emulated estate is: typed, frozen descriptions. Knows neither the file that they come from nor what is made of them."""
